using System.Text.Json;

namespace Progeny.Core.Queries;

/// <summary>Which rows of a request a reader takes, and which fields besides its own it passes over: those that other arms read.</summary>
/// <param name="Others">The names of the fields, in UTF-8.</param>
/// <param name="Arms">For each row of the request the index of its arm; null: all rows are taken.</param>
/// <param name="Arm">The arm whose rows are taken.</param>
/// <param name="Except">Whether it is all rows but those.</param>
public sealed record RowPick(IReadOnlyList<byte[]> Others, int[]? Arms = null, int Arm = 0, bool Except = false)
{
    public bool Takes(int row) => Arms is null || row >= Arms.Length || (Arms[row] == Arm) != Except;

    /// <summary>Whether the property name that the reader stands on is another arm's.</summary>
    public bool IsOthers(ref Utf8JsonReader reader)
    {
        foreach (var name in Others)
        {
            if (reader.ValueTextEquals(name))
                return true;
        }

        return false;
    }
}
