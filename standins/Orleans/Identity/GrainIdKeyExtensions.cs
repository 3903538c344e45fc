using System.Globalization;

namespace Orleans.Runtime;

/// <summary>
/// Guid and integer keys as text: a Guid as 32 hexadecimal digits, an integer as hexadecimal, an extension behind «+».
/// A string key that looks like one of these reads as one, as in Orleans; stored state depends on it.
/// </summary>
public static class GrainIdKeyExtensions
{
    public static IdSpan CreateGuidKey(Guid key) => IdSpan.Create(key.ToString("N"));

    public static IdSpan CreateGuidKey(Guid key, string? keyExtension) => WithExtension(key.ToString("N"), keyExtension);

    public static IdSpan CreateIntegerKey(long key) => IdSpan.Create(key.ToString("X", CultureInfo.InvariantCulture));

    public static IdSpan CreateIntegerKey(long key, string? keyExtension) =>
        WithExtension(key.ToString("X", CultureInfo.InvariantCulture), keyExtension);

    public static Guid GetGuidKey(this GrainId grainId) => GetGuidKey(grainId, out _);

    public static Guid GetGuidKey(this GrainId grainId, out string? keyExt) => TryGetGuidKey(grainId, out var key, out keyExt)
        ? key
        : throw new ArgumentException($"The key of «{grainId}» is no Guid.", nameof(grainId));

    public static long GetIntegerKey(this GrainId grainId) => GetIntegerKey(grainId, out _);

    public static long GetIntegerKey(this GrainId grainId, out string? keyExt) => TryGetIntegerKey(grainId, out var key, out keyExt)
        ? key
        : throw new ArgumentException($"The key of «{grainId}» is no integer.", nameof(grainId));

    public static bool TryGetGuidKey(this GrainId grainId, out Guid key, out string? keyExt)
    {
        var text = grainId.Key.ToString();
        keyExt = null;
        if (text.Length > 32 && text[32] == '+')
            (text, keyExt) = (text[..32], text[33..]);
        return Guid.TryParseExact(text, "N", out key);
    }

    public static bool TryGetIntegerKey(this GrainId grainId, out long key, out string? keyExt)
    {
        var text = grainId.Key.ToString();
        keyExt = null;
        if (text.IndexOf('+', StringComparison.Ordinal) is >= 0 and var plus)
            (text, keyExt) = (text[..plus], text[(plus + 1)..]);
        return long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
    }

    private static IdSpan WithExtension(string key, string? extension) =>
        IdSpan.Create(string.IsNullOrWhiteSpace(extension) ? key : $"{key}+{extension}");
}
