needs unzip:/usr/bin/unzip python3:/usr/bin/python3

# zip ARCHIVE MEMBER TEXT
zip() {
    python3 -c '
import sys, zipfile
zipfile.ZipFile(sys.argv[1], "a", zipfile.ZIP_DEFLATED).writestr(zipfile.ZipInfo(sys.argv[2]), sys.argv[3] + "\n")' "$@"
}

given() {
    mkdir ~/downloads
    zip ~/downloads/data.zip data/one 'the first file'
    zip ~/downloads/data.zip data/deep/two 'the second file'
}

works() {
    $ward unzip -q ~/downloads/data.zip
    $ward unzip -l ~/downloads/data.zip
    $ward unzip -p ~/downloads/data.zip data/one
}

attack='a member called ../.bashrc, unpacked with -: as some installers do (zip slip)'
goal='planted'
denied='write ~/.bashrc'
bait() { zip ~/downloads/hostile.zip ../.bashrc 'echo taken over'; }
attack() { $ward unzip -: -o ~/downloads/hostile.zip; }
