namespace Progeny.Trainer.Data;

/// <summary>A category: its distinct values in the order of their first row, and for each row the index of its value.</summary>
public sealed record CategoryColumn(string Name, List<string> Values, List<int> Codes) : DataColumn(Name)
{
    /// <summary>The code of a row whose value is missing.</summary>
    public const int Missing = -1;
}
