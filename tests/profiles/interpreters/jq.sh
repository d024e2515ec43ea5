needs jq:/usr/bin/jq

given() {
    mkdir ~/data
    echo '{"items": [{"n": 1}, {"n": 2}]}' >~/data/list.json
    echo 'def total: map(.n) | add;' >~/.jq
}

works() {
    $ward jq -c '.items | total' ~/data/list.json
    $ward jq -r '.items[] | @json' ~/data/list.json >lines
    $ward jq -e '.missing' ~/data/list.json || echo "status $?"
}

attack='a filter that came with data imports a private file'
goal='stolen'
denied='read ~/private/passwords.json'
bait() {
    mkdir ~/private
    echo "\"$secret\"" >~/private/passwords.json
    echo 'import "passwords" as $stolen {search: "/home/you/private"}; $stolen' >~/data/filter.jq
}
attack() { $ward jq -f ~/data/filter.jq ~/data/list.json; }
