using System.Globalization;
using Progeny.Core.Common;

namespace Progeny.Core.Views;

/// <summary>A point in the order of rows and of what was known: a time, or a whole number.</summary>
/// <param name="IsTime">Whether it is a time; else it is a whole number.</param>
/// <param name="Value">The ticks of the time in UTC, or the number.</param>
internal readonly record struct Moment(bool IsTime, long Value) : IComparable<Moment>
{
    private const double GreatestWholeDouble = 1L << 53;

    /// <summary>What would be right, for messages.</summary>
    public const string Right = "a whole number, or " + IsoTime.Right;

    /// <summary>The noun for values of the kind.</summary>
    public string Kind => IsTime ? "times" : "whole numbers";

    public static Moment Of(DateTimeOffset time) => new(IsTime: true, time.UtcTicks);

    /// <summary>The moment that a value of a feed or a query stands for; null: none.</summary>
    public static Moment? Read(object? value) => value switch
    {
        long number => new(IsTime: false, number),
        int number => new(IsTime: false, number),
        decimal number when decimal.IsInteger(number) && number is >= long.MinValue and <= long.MaxValue =>
            new(IsTime: false, (long)number),
        double number when double.IsInteger(number) && Math.Abs(number) <= GreatestWholeDouble => new(IsTime: false, (long)number),
        float number when float.IsInteger(number) && Math.Abs(number) <= GreatestWholeDouble => new(IsTime: false, (long)number),
        string text when IsoTime.TryParse(text, out var time) => Of(time),
        _ => null,
    };

    /// <remarks>Moments of one kind only are compared.</remarks>
    public int CompareTo(Moment other) => Value.CompareTo(other.Value);

    /// <summary>Whether more than a time lies between this time and a later one.</summary>
    public bool IsOlderThan(TimeSpan? age, Moment than) => age is { } most && than.Value - Value > most.Ticks;

    public override string ToString() => IsTime
        ? IsoTime.Text(new DateTimeOffset(Value, TimeSpan.Zero))
        : Value.ToString(CultureInfo.InvariantCulture);
}
