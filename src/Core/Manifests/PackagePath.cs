using System.Text;

namespace Progeny.Core.Manifests;

/// <summary>Paths inside a package: relative, with <c>/</c>, usable on every operating system.</summary>
public static class PackagePath
{
    /// <summary>The most characters of a path.</summary>
    public const int MaxLength = 512;

    private const int MaxDepth = 32;

    // What the usual file systems take for one name.
    private const int MaxSegmentBytes = 255;

    /// <summary>What is wrong with a path, as a sentence; null where nothing is.</summary>
    public static string? Problem(string path)
    {
        if (path.Length is 0 or > MaxLength)
            return $"a path must have 1 to {MaxLength} characters; this one has {path.Length}";
        if (path.Contains('\\'))
            return "a path inside the package is written with /, not with a backslash";
        if (path[0] == '/' || path.Contains(':'))
            return "a path inside the package is relative, without a drive; this one is absolute or holds a colon";
        if (path.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c == '\uFFFD'))
            return "a path must not hold control characters or characters beyond the basic plane";
        var segments = path.Split('/');
        if (segments.Length > MaxDepth)
            return $"a path may have at most {MaxDepth} levels; this one has {segments.Length}";
        if (segments.Contains(".."))
            return "a path must not leave the package (..)";
        if (Array.Exists(segments, s => s.Length == 0 || s[^1] is '.' or ' ' || s[0] == ' '))
            return "no part of a path may be empty, '.', end with a dot, or begin or end with a space";
        return Array.Exists(segments, s => Encoding.UTF8.GetByteCount(s) > MaxSegmentBytes)
            ? $"a name in a path may have at most {MaxSegmentBytes} bytes"
            : null;
    }
}
