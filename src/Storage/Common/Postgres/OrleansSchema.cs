namespace Progeny.Storage.Common.Postgres;

/// <summary>The tables of Orleans in the cluster's database.</summary>
internal static class OrleansSchema
{
    /// <summary>The statements that create them.</summary>
    public static string Script { get; } = Read();

    private static string Read()
    {
        using var reader = new StreamReader(typeof(OrleansSchema).Assembly.GetManifestResourceStream("Orleans.Postgres.sql")!);
        return reader.ReadToEnd();
    }
}
