using System.Globalization;
using System.Text.RegularExpressions;

namespace Progeny.Core.Manifests.Shapes;

/// <summary>Plain scalars by the core schema of YAML 1.2 (section 10.3.2): <c>no</c> and <c>on</c> are text.</summary>
internal static partial class CoreSchema
{
    /// <summary>null, bool, long, double or string; integers beyond 64 bits are doubles.</summary>
    public static object? Resolve(ManifestNode node)
    {
        if (node.Kind != NodeKind.Scalar)
            return null;
        var text = node.Text;
        if (!node.Plain)
            return text;
        if (node.IsNull)
            return null;
        return text switch
        {
            "true" or "True" or "TRUE" => true,
            "false" or "False" or "FALSE" => false,
            _ => Number(text) ?? text,
        };
    }

    private static object? Number(string text)
    {
        // No number is longer; the bound keeps the patterns and the conversions cheap.
        if (text.Length > 400)
            return null;
        if (Decimal().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        if (Octal().IsMatch(text))
            return ConvertDigits(text, 8);
        if (Hexadecimal().IsMatch(text))
            return ConvertDigits(text, 16);
        if (Float().IsMatch(text))
            return double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return text switch
        {
            ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
            "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
            ".nan" or ".NaN" or ".NAN" => double.NaN,
            _ => null,
        };
    }

    private static object ConvertDigits(string text, int radix)
    {
        var value = 0d;
        foreach (var digit in text.AsSpan(2))
            value = (value * radix) + Convert.ToInt32(digit.ToString(), 16);
        return value < 1L << 53 ? (long)value : value;
    }

    [GeneratedRegex(@"^[-+]?[0-9]+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Decimal();

    [GeneratedRegex(@"^0o[0-7]+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Octal();

    [GeneratedRegex(@"^0x[0-9a-fA-F]+\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Hexadecimal();

    [GeneratedRegex(
        @"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Float();
}
