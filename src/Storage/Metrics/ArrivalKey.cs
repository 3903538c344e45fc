namespace Progeny.Storage.Metrics;

/// <summary>A part of the time in which outcomes came.</summary>
/// <param name="Name">The name of a figure, or <see cref="CountName"/>.</param>
/// <param name="Start">The start of the part in seconds since 1970.</param>
internal readonly record struct ArrivalKey(long Generation, string Name, long Start)
{
    /// <summary>The length of a part, in seconds.</summary>
    public const long Step = 300;

    /// <summary>The name under which the number of outcomes is stored.</summary>
    public const string CountName = "";

    /// <summary>How many parts of a generation are kept: 30 days in which outcomes come all the time.</summary>
    public const int MaxParts = 8_640;

    /// <summary>The start of the part in which a time lies.</summary>
    public static long StartOf(long seconds) => seconds - (seconds % Step);
}
