using System.Text.Json;

namespace Progeny.Core.Common;

/// <summary>
/// Floats in JSON that keep the sign of zero: many readers take <c>-0</c> for the integer 0, and <c>-0.0</c> for what it is.
/// </summary>
internal static class JsonFloats
{
    public static void Write(Utf8JsonWriter writer, float value)
    {
        if (IsNegativeZero(value))
            WriteNegativeZero(writer);
        else
            writer.WriteNumberValue(value);
    }

    public static void Write(Utf8JsonWriter writer, double value)
    {
        if (IsNegativeZero(value))
            WriteNegativeZero(writer);
        else
            writer.WriteNumberValue(value);
    }

    private static bool IsNegativeZero(double value) => value == 0 && double.IsNegative(value);

    private static void WriteNegativeZero(Utf8JsonWriter writer) => writer.WriteRawValue("-0.0"u8, skipInputValidation: true);
}
