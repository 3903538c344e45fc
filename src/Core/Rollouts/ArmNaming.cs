using System.IO.Hashing;
using System.Text;
using Progeny.Abstractions.Releases;

namespace Progeny.Core.Rollouts;

/// <summary>Names of the arms of experiments.</summary>
public static class ArmNaming
{
    /// <summary>The arm of the generation that is in production when an experiment begins.</summary>
    public const string Champion = "champion";

    /// <summary>The only one that wants its place.</summary>
    public const string Challenger = "challenger";

    private const int Most = 63;

    /// <summary>
    /// A name for one of several: <c>v1-2-0-3</c>, of another project <c>flights-1-2-0-3</c>. The same each time, so that entities stay
    /// with it.
    /// </summary>
    public static string Of(GenerationReference generation, string project)
    {
        var text = generation.Project == project ? $"v{generation.Version}" : $"{generation.Project}-{generation.Version}";
        var name = new StringBuilder();
        foreach (var letter in text.ToLowerInvariant())
            name.Append(char.IsAsciiLetterOrDigit(letter) || letter == '_' ? letter : '-');
        return name.Length <= Most
            ? name.ToString()
            : string.Concat(name.ToString().AsSpan(0, Most / 2), "-", XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(text)).ToString("x16"));
    }

    /// <summary>Reads <c>1.2.0:3</c> or <c>flights@1.2.0:3</c>; null: it is neither.</summary>
    public static GenerationReference? Read(string text, string project)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at != 0 && GenerationReference.TryParse(at > 0 ? text[..at] : project, text[(at + 1)..], out var generation)
            ? generation
            : null;
    }
}
