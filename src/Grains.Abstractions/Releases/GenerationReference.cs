using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Progeny.Abstractions.Releases;

/// <summary>Names one generation of one release of one project: <c>flights@1.2.0:3</c>.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Release">The release's semantic version.</param>
/// <param name="Generation">1, 2, 3 …</param>
[GenerateSerializer, Immutable, Alias("progeny.generation-reference")]
public sealed record GenerationReference(
    [property: Id(0)] string Project, [property: Id(1)] string Release, [property: Id(2)] int Generation)
{
    /// <summary>The part behind the project, as URLs carry it: <c>1.2.0:3</c>.</summary>
    public string Version => string.Create(CultureInfo.InvariantCulture, $"{Release}:{Generation}");

    /// <summary>How a project shows it: its own by <see cref="Version"/>, another project's in full.</summary>
    public string VersionIn(string project) => Project == project ? Version : ToString();

    public override string ToString() => $"{Project}@{Version}";

    /// <summary>Reads <c>project@release:generation</c>.</summary>
    /// <exception cref="FormatException">The text has another shape; the message shows the right one.</exception>
    public static GenerationReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return at > 0 && TryParse(text[..at], text[(at + 1)..], out var reference)
            ? reference
            : throw new FormatException($"'{text}' is no generation reference; one looks like 'flights@1.2.0:3'.");
    }

    /// <summary>Reads the <c>release:generation</c> part for a project.</summary>
    public static bool TryParse(string project, string version, [NotNullWhen(true)] out GenerationReference? reference)
    {
        reference = null;
        var colon = version.LastIndexOf(':');
        if (colon <= 0 || !int.TryParse(version.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number < 1)
            return false;
        reference = new GenerationReference(project, version[..colon], number);
        return true;
    }
}
