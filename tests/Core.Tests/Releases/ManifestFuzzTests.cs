using System.Text;
using Progeny.Core.Manifests;

namespace Progeny.Core.Tests.Releases;

/// <summary>Mutations of valid manifests, by seed: whatever comes in, the answer is a manifest or errors with a place.</summary>
public sealed class ManifestFuzzTests
{
    private static readonly string[] Fragments =
    [
        "\t", "\0", "\"", "'", "[", "]", "{", "}", ": ", "- ", "? ", "&a ", "*a", "!!int ", "! ", "|", ">", ">-2", "%", "@", "`", "#", "\n", "\r", "---\n", "...\n",
        "<<: ", "~", "null", "1e999", "-.inf", "0x", "\ud800", "\u2028", "\uFEFF", "\"\\ud800\"", "\"\\U0010ffff\"", "\"\\UFFFFFFFF\"", "\"\\x\"", "\"\\", "''", "\"\"",
        "99999999999999999999", "999999999d", "\u0085", ",", ":", "-", "name: ", "classes: ", "!<tag:yaml.org,2002:str> ", "%YAML 1.1\n", "%TAG ! tag:a,2000:\n",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Mutated_manifests_yield_a_manifest_or_errors_with_a_place(int seed)
    {
        var random = new Random(seed);
        string[] sources = [ManifestTexts.Full, ManifestTexts.Regression, ManifestTexts.Model];
        var refused = 0;
        for (var i = 0; i < 2_500; i++)
        {
            var yaml = Mutate(sources[random.Next(sources.Length)], random);
            ManifestResult result;
            try
            {
                result = ManifestParser.Parse(yaml);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, round {i}:\n{yaml}", exception);
            }

            (result.Manifest is null).ShouldBe(result.Errors.Count > 0);
            var lines = yaml.Count(c => c is '\n' or '\r' or '\u0085' or '\u2028') + 2;
            result.Errors.All(e => e.Line >= 1 && e.Line <= lines && e.Column >= 1 && e.Message.Length > 0 && !e.Message.Contains('\n'))
                .ShouldBeTrue(yaml);
            refused += result.IsValid ? 0 : 1;
        }

        refused.ShouldBeInRange(1_000, 2_499);
    }

    [Fact]
    public void Mutated_bytes_yield_a_manifest_or_errors()
    {
        var random = new Random(5);
        var source = Encoding.UTF8.GetBytes(ManifestTexts.Full);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = source[..random.Next(source.Length / 2, source.Length)];
            for (var j = random.Next(1, 4); j > 0; j--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var result = ManifestParser.ParseUtf8(bytes);
            (result.Manifest is null).ShouldBe(result.Errors.Count > 0);
        }
    }

    private static string Mutate(string yaml, Random random)
    {
        var text = new StringBuilder(yaml);
        for (var i = random.Next(1, 4); i > 0 && text.Length > 0; i--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(6))
            {
                case 0:
                    text.Insert(at, Fragments[random.Next(Fragments.Length)]);
                    break;
                case 1:
                    text.Remove(at, Math.Min(random.Next(1, 20), text.Length - at));
                    break;
                case 2:
                    text[at] = (char)random.Next(1, 0x250);
                    break;
                case 3:
                    var from = random.Next(text.Length);
                    text.Insert(at, text.ToString(from, Math.Min(random.Next(1, 200), text.Length - from)));
                    break;
                case 4:
                    text.Length = at;
                    break;
                default:
                    // One value for another: from the colon to the end of the line.
                    var line = text.ToString().IndexOf(": ", at, StringComparison.Ordinal);
                    if (line > 0)
                        text.Insert(line + 2, Fragments[random.Next(Fragments.Length)]);
                    break;
            }
        }

        return text.ToString();
    }
}
