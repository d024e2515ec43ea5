needs graphviz:/usr/bin/dot fonts-urw-base35:/usr/share/fonts/opentype/urw-base35

given() {
    mkdir ~/graphs
    echo 'digraph { a -> b -> c; a -> c [label="a way"] }' >~/graphs/graph.gv
}

works() {
    $ward dot -Tsvg -o graph.svg ~/graphs/graph.gv
    $ward dot -Tplain ~/graphs/graph.gv
}

attack='a graph whose node is drawn by a private document'
goal='stolen'
denied='read ~/private/letter.eps'
bait() {
    mkdir ~/private
    printf '%%!PS-Adobe-3.0 EPSF-3.0\n%%%%BoundingBox: 0 0 9 9\n%% %s\n' "$secret" >~/private/letter.eps
    echo 'digraph { a [shape=epsf, shapefile="/home/you/private/letter.eps"] }' >~/graphs/hostile.gv
}
attack() {
    $ward dot -Tps ~/graphs/hostile.gv
}
