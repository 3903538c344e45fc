using System.Text;
using Progeny.Core.Manifests.Shapes;

namespace Progeny.Core.Manifests;

/// <summary>Reads <c>progeny.yaml</c>. Every malformed input yields errors with line and column, never another exception.</summary>
/// <remarks>
/// The YAML is version 1.2 without anchors, aliases and tags: <c>no</c>, <c>on</c> and <c>yes</c> are text, and where a text is
/// expected (a class, a category) a value such as <c>1.0</c> is kept as it was written.
/// </remarks>
public static class ManifestParser
{
    /// <summary>The manifest's name in a project's folder and in a package.</summary>
    public const string FileName = "progeny.yaml";

    /// <summary>The most characters (bytes for <see cref="ParseUtf8"/>) a manifest may have.</summary>
    public const int MaxLength = 1 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ManifestResult Parse(string yaml, string fileName = FileName)
    {
        var errors = new ErrorList(fileName);
        var root = ManifestTree.Read(yaml, errors);
        if (root is null)
            return new ManifestResult(null, errors.ToList());
        ManifestShape.Root.Check(root, "", errors);
        ManifestChecks.Run(root, errors);
        return new ManifestResult(errors.Any ? null : ManifestShape.Root.Bind(root) with { Text = yaml }, errors.ToList());
    }

    /// <summary>Parses the bytes of a file.</summary>
    public static ManifestResult ParseUtf8(ReadOnlySpan<byte> utf8, string fileName = FileName)
    {
        if (utf8.Length > MaxLength)
            return Single(fileName, $"the manifest has {utf8.Length} bytes; at most {MaxLength} are allowed");
        try
        {
            return Parse(StrictUtf8.GetString(utf8), fileName);
        }
        catch (DecoderFallbackException exception)
        {
            return Single(fileName, $"the file is not UTF-8 text: byte {exception.Index} belongs to no character");
        }
    }

    /// <exception cref="ManifestException">The manifest is not valid; it carries every error.</exception>
    public static Manifest ParseOrThrow(string yaml, string fileName = FileName)
    {
        var result = Parse(yaml, fileName);
        return result.Manifest ?? throw new ManifestException(result.Errors);
    }

    private static ManifestResult Single(string fileName, string message) =>
        new(null, [new ManifestError(1, 1, "", message) { File = fileName }]);
}
