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

attack='a job file that came with a document puts a private key into the result'
goal='stolen'
denied='read ~/.ssh/id_ed25519'
bait() {
    cat >~/papers/job.json <<JOB
{"empty": "", "outputFile": "result.pdf", "streamData": "uncompress",
 "addAttachment": [{"file": "$HOME/.ssh/id_ed25519"}]}
JOB
}
attack() {
    $ward qpdf --job-json-file="$HOME/papers/job.json"
}
