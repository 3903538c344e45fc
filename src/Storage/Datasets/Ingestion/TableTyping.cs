namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>The types that a table gives to texts which its file has no types for.</summary>
internal enum TableTyping
{
    /// <summary>Types that give back every text, times among them, whose value is the same in another writing.</summary>
    Exact,

    /// <summary>Types whose values are written as the file has them: numbers, booleans and days; times stay texts.</summary>
    Written,

    /// <summary>Numbers, also where they are written otherwise (<c>1.10</c>), if they keep their value; all else stays text.</summary>
    Numbers,
}
