using System.Text;

namespace Progeny.Fuzz;

/// <summary>
/// Makes inputs of others: flips bits, takes out, repeats and moves parts, puts in numbers and words that matter, joins two.
/// </summary>
/// <param name="words">The words of the formats.</param>
internal sealed class Mutator(Random random, IReadOnlyList<byte[]> words)
{
    private const int MaxLength = 64 << 10;
    private static readonly string[] _numbers = [
        "0",
        "-1",
        "1e999",
        "-0",
        "9223372036854775807",
        "9223372036854775808",
        "1e-320",
        "NaN",
        "4294967295",
        "0.1",
    ];

    /// <summary>Makes an input.</summary>
    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        var input = new List<byte>(corpus[random.Next(corpus.Count)]);
        for (var i = random.Next(1, 6); i > 0; i--)
            Change(input, corpus);
        if (input.Count > MaxLength)
            input.RemoveRange(MaxLength, input.Count - MaxLength);
        return [.. input];
    }

    private void Change(List<byte> input, IReadOnlyList<byte[]> corpus)
    {
        var at = random.Next(input.Count + 1);
        var length = Math.Min(random.Next(1, 33), input.Count - at);
        switch (random.Next(9))
        {
            case 0 when at < input.Count:
                input[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when at < input.Count:
                input[at] = (byte)random.Next(256);
                break;
            case 2:
                input.RemoveRange(at, length);
                break;
            case 3:
                input.InsertRange(random.Next(input.Count + 1), input.GetRange(at, length));
                break;
            case 4:
                input.InsertRange(at, words[random.Next(words.Count)]);
                break;
            case 5:
                input.InsertRange(at, Encoding.ASCII.GetBytes(_numbers[random.Next(_numbers.Length)]));
                break;
            case 6:
                var other = corpus[random.Next(corpus.Count)];
                input.RemoveRange(at, input.Count - at);
                input.AddRange(other.AsSpan(random.Next(other.Length + 1)));
                break;
            case 7 when at + 4 <= input.Count:
                var number = BitConverter.GetBytes(
                    random.Next(2) == 0 ? int.MaxValue - random.Next(3) : random.Next(1 << random.Next(1, 31)));
                for (var i = 0; i < number.Length; i++)
                    input[at + i] = number[i];
                break;
            default:
                var part = input.GetRange(at, length);
                for (var i = random.Next(1, 64); i > 0; i--)
                    input.InsertRange(at, part);
                break;
        }
    }
}
