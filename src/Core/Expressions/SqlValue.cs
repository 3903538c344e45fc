using System.Globalization;
using System.Runtime.InteropServices;

namespace Progeny.Core.Expressions;

/// <summary>A value on its way into or out of an expression. Booleans are the integers 0 and 1; NaN is null.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlValue
{
    private SqlValue(SqlType type, long integer, double real, string? text)
    {
        Type = type;
        Integer = integer;
        Real = real;
        Text = text;
    }

    public SqlType Type { get; }

    public long Integer { get; }

    public double Real { get; }

    public string? Text { get; }

    public static SqlValue From(long value) => new(SqlType.Integer, value, 0, null);

    public static SqlValue From(bool value) => From(value ? 1L : 0L);

    public static SqlValue From(double value) => double.IsNaN(value) ? default : new SqlValue(SqlType.Real, 0, value, null);

    public static SqlValue From(string? value) => value is null ? default : new SqlValue(SqlType.Text, 0, 0, value);

    /// <summary>A value as queries carry it: null, bool, long, float, double or string.</summary>
    public static SqlValue From(object? value) => value switch
    {
        null => default,
        bool boolean => From(boolean),
        long integer => From(integer),
        double number => From(number),
        float number => From((double)number),
        string text => From(text),
        _ => throw new ArgumentException($"A {value.GetType().Name} is no value of an expression.", nameof(value)),
    };

    /// <summary>The value as feeds and tests carry it: null, long, double or string.</summary>
    public object? ToObject() => Type switch
    {
        SqlType.Integer => Integer,
        SqlType.Real => Real,
        SqlType.Text => Text,
        _ => null,
    };

    /// <summary>The value as text: a number as a class is written, 1 and not 1.0.</summary>
    public override string ToString() => Type switch
    {
        SqlType.Integer => Integer.ToString(CultureInfo.InvariantCulture),
        SqlType.Real => Real.ToString("R", CultureInfo.InvariantCulture),
        SqlType.Text => Text!,
        _ => "NULL",
    };
}
