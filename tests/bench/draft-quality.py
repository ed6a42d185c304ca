#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quality of the draft voice on real recordings, beside raw espeak-ng and the person (spec draft-voice section 8).

    MYNA_MEDIA_DIR=… MYNA_MEASURE=…/voice.py tests/bench/draft-quality.py [--program draft-speak] [--voices lj,p226] [-- OPTION…]

Builds a voice of each reference in $MYNA_MEDIA_DIR/voice, lets it say twenty Harvard sentences in four
trials of about 12 s, and prints a line a voice: place among 252 speakers (0 = best) raw and with the channel
removed, worst of the trials; likelihood ratio; DNSMOS overall; phone error by pocketsphinx; cost. Options
after -- go to draft-speak. No data is shipped: without $MYNA_MEDIA_DIR it says so and does nothing.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Harvard sentences, lists 1 and 2 (IEEE Recommended Practices for Speech Quality Measurements, 1969).
SENTENCES = """The birch canoe slid on the smooth planks.
Glue the sheet to the dark blue background.
It's easy to tell the depth of a well.
These days a chicken leg is a rare dish.
Rice is often served in round bowls.
The juice of lemons makes fine punch.
The box was thrown beside the parked truck.
The hogs were fed chopped corn and garbage.
Four hours of steady work faced us.
A large size in stockings is hard to sell.
The boy was there when the sun rose.
A rod is used to catch pink salmon.
The source of the huge river is the clear spring.
Kick the ball straight and follow through.
Help the woman get back to her feet.
A pot of tea helps to pass the evening.
Smoky fires lack flame and heat.
The soft cushion broke the man's fall.
The salt breeze came across from the sea.
The girl at the booth sold fifty bonds.""".splitlines()
TRIALS = [SENTENCES[i:i + 5] for i in range(0, 20, 5)]


def read(path):
    with open(path, encoding='utf-8') as file:
        return ' '.join(file.read().split())


def voices(media):
    """Name, reference files, their transcripts, clips to enrol with that are not the reference."""
    folder = os.path.join(media, 'voice')
    lines = [line.rstrip('\n').split('|') for line in open(os.path.join(folder, 'lj', 'metadata.csv'), encoding='utf-8')]
    text = {line[0]: line[-1] for line in lines}
    ids = sorted(text)
    wav = lambda i: os.path.join(folder, 'lj', i + '.wav')
    vctk = lambda i, end: os.path.join(folder, 'vctk-p226', f'p226_{i}.{end}')
    prompt = lambda n: os.path.join(folder, 'prompts', n + '.wav')
    return {
        'lj': ([wav(i) for i in ids[:9]], [text[i] for i in ids[:9]], [wav(i) for i in ids[9:]]),
        'p226': ([vctk('003', 'wav')], [read(vctk('003', 'txt'))], [vctk('001', 'wav'), vctk('002', 'wav')]),
        # One clip each: enrolled with the reference itself, so the places of these two flatter.
        'jfk': ([prompt('jfk')], ['And so my fellow Americans, ask not what your country can do for you, '
                                  'ask what you can do for your country.'], [prompt('jfk')]),
        'en': ([prompt('basic_ref_en')], ['Some call me nature, others call me mother nature.'], [prompt('basic_ref_en')]),
    }


def measure(script, wav, enrol, sentences):
    command = [sys.executable, script, '--text', ' '.join(sentences)]
    for clip in enrol:
        command += ['--enrol', clip]
    out = subprocess.run(command + [wav], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True).stdout
    return json.loads(out.splitlines()[-1])


def speak(program, folder, name, references, transcripts, sentences, options):
    wav = os.path.join(folder, name + '.wav')
    for which, lines in (('said', transcripts or ['-']), ('text', sentences)):
        with open(os.path.join(folder, which), 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines) + '\n')
    said = '@' + os.path.join(folder, 'said') if transcripts else '-'
    out = subprocess.run([program, *options, ','.join(references), 'en-us', said, '@' + os.path.join(folder, 'text'), wav],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    cost = [float(v) for v in re.findall(r'"cpu_rtf": ([\d.]+)', out)]
    build = re.findall(r'"build_cpu_s": ([\d.]+)', out)
    return wav, (sum(cost) / len(cost) if cost else 0), float(build[0]) if build else 0


def row(name, results, rtf, build):
    mean = lambda key: sum(r[key] for r in results) / len(results)
    print(f"{name:22} {max(r['rank'] for r in results):4} {max(r['rank_cmn'] for r in results):4} {mean('llr'):6.2f} "
          f"{mean('llr_cmn'):6.2f} {mean('ovrl'):5.2f} {100 * mean('per'):6.1f} {rtf:7.4f} {build:6.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--program', default=os.path.join(TOP, '_build/root/dev/tests/tools/draft-speak'))
    parser.add_argument('--voices', default='lj,p226,jfk,en')
    parser.add_argument('--no-transcript', action='store_true')
    parser.add_argument('--skip-espeak', action='store_true')
    parser.add_argument('--keep', help='folder for the sounds')
    parser.add_argument('options', nargs='*')
    args = parser.parse_args()
    media = os.environ.get('MYNA_MEDIA_DIR')
    if not media or not os.path.isdir(os.path.join(media, 'voice')):
        print('skipped: MYNA_MEDIA_DIR names no folder with voice/ in it')
        return
    script = os.environ.get('MYNA_MEASURE', os.path.join(os.path.dirname(os.path.abspath(media)), 'measure', 'voice.py'))
    table = voices(media)
    print(f"{'':22} rank  cmn    llr llr_cmn ovrl  per %     rtf  build (cpu s)")
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.keep or temporary
        os.makedirs(folder, exist_ok=True)
        for name in args.voices.split(','):
            references, transcripts, enrol = table[name]
            results, rtf, build = [], 0, 0
            for i, sentences in enumerate(TRIALS):
                wav, cost, build = speak(args.program, folder, f'{name}-{i}', references,
                                         None if args.no_transcript else transcripts, sentences, args.options)
                results.append(measure(script, wav, enrol, sentences))
                rtf += cost / len(TRIALS)
            row(name, results, rtf, build)
            if not args.skip_espeak:
                wavs = [speak(args.program, folder, f'{name}-espeak-{i}', references, transcripts, s, ['--espeak'])[0]
                        for i, s in enumerate(TRIALS)]
                row('  espeak-ng alone', [measure(script, w, enrol, s) for w, s in zip(wavs, TRIALS)], 0, 0)


if __name__ == '__main__':
    main()
