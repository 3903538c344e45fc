namespace Progeny.Core.Views;

/// <summary>What became known of an entity.</summary>
/// <param name="Known">When it became known.</param>
/// <param name="Event">From when on it holds.</param>
/// <param name="Features">The values, in the order of the view's features.</param>
internal sealed record KnownValue(Moment Known, Moment Event, object?[] Features) : IComparable<KnownValue>
{
    private const int BytesOfEntry = 160;
    private const int BytesOfValue = 32;

    /// <summary>Whether another value is known of the same moments, so that neither counts.</summary>
    public bool IsTied { get; init; }

    /// <summary>The memory that it takes, about.</summary>
    public long Bytes => BytesOfEntry + Features.Sum(value => BytesOfValue + (value is string text ? BytesOf(text) : 0));

    public static long BytesOf(string text) => 2L * text.Length;

    /// <remarks>Of what is known the latest event counts, and of one event what became known last.</remarks>
    public int CompareTo(KnownValue? other) => other is null ? 1
        : Event.CompareTo(other.Event) is not 0 and var order ? order
        : Known.CompareTo(other.Known);
}
