needs libxml2-utils:/usr/bin/xmllint

given() {
    mkdir ~/data
    echo '<list><item n="1">one</item><item n="2">two</item></list>' >~/data/list.xml
    echo '<!ELEMENT list (item*)><!ELEMENT item (#PCDATA)><!ATTLIST item n CDATA #REQUIRED>' >~/data/list.dtd
}

works() {
    $ward xmllint --format --output pretty.xml ~/data/list.xml
    $ward xmllint --noout --dtdvalid ~/data/list.dtd ~/data/list.xml
    $ward xmllint --xpath 'string(//item[@n=2])' ~/data/list.xml
}

attack='an entity of the document is a private key (XXE)'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    printf '<!DOCTYPE a [<!ENTITY key SYSTEM "file://%s/.ssh/id_ed25519">]>\n<a>&key;</a>\n' "$HOME" >~/data/hostile.xml
}
attack() {
    $ward xmllint --noent ~/data/hostile.xml
}
