using System.Globalization;

namespace Progeny.Core.Common;

/// <summary>
/// Narrow floats as the doubles that people meant by them: 0.1 in 32 bits widens to 0.10000000149, which no database finds where it
/// stores 0.1. The shortest decimal that reads back as the same float is what was meant.
/// </summary>
public static class ShortestDouble
{
    // A sign, nine digits, a point and an exponent.
    private const int MaxCharacters = 32;

    public static double Of(float value) => Parse(value);

    public static double Of(Half value) => Parse(value);

    private static double Parse<T>(T value)
        where T : ISpanFormattable
    {
        Span<char> text = stackalloc char[MaxCharacters];
        value.TryFormat(text, out var written, "R", CultureInfo.InvariantCulture);
        return double.Parse(text[..written], CultureInfo.InvariantCulture);
    }
}
