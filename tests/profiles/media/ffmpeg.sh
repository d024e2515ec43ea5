needs ffmpeg:/usr/bin/ffmpeg

given() {
    mkdir ~/film
    ffmpeg -loglevel error -f lavfi -i sine=duration=1 -bitexact ~/film/sound.wav
}

works() {
    $ward ffmpeg -loglevel error -i ~/film/sound.wav -bitexact -ar 8000 small.wav
    $ward ffmpeg -loglevel error -i ~/film/sound.wav -bitexact -c:a flac sound.flac
}

attack='a playlist that takes in private subtitles'
goal='stolen'
denied='read ~/private/film.srt'
bait() {
    mkdir ~/private
    printf '1\n00:00:00,000 --> 00:00:09,000\n%s\n' "$secret" >~/private/film.srt
    printf 'ffconcat version 1.0\nfile %s/private/film.srt\n' "$HOME" >~/film/list.ffconcat
}
attack() {
    $ward ffmpeg -loglevel error -safe 0 -i ~/film/list.ffconcat out.srt
}
