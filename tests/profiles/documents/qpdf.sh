needs qpdf:/usr/bin/qpdf

given() {
    mkdir ~/papers
    make_pdf 'Dear reader' >~/papers/letter.pdf
}

works() {
    $ward qpdf --check ~/papers/letter.pdf
    $ward qpdf --deterministic-id --pages ~/papers/letter.pdf 1 ~/papers/letter.pdf 1 -- --empty twice.pdf
    $ward qpdf --show-npages twice.pdf
}

attack='a job file that came with a document writes outside of the working folder'
goal='planted'
denied='write ~/.profile'
bait() {
    echo '{"outputFile": "../.profile"}' >~/papers/job.json
}
attack() {
    $ward qpdf --job-json-file="$HOME/papers/job.json" ~/papers/letter.pdf
}
