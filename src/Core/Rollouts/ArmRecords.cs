namespace Progeny.Core.Rollouts;

/// <summary>The ids of records that are not the answer's: of shadows and failed attempts.</summary>
public static class ArmRecords
{
    /// <summary><c>query~arm</c></summary>
    public static string IdOf(string queryId, string arm) => $"{queryId}~{arm}";
}
