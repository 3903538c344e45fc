using Orleans.Storage;

namespace Orleans.Configuration;

/// <summary>Where and how a database keeps grain states.</summary>
public class AdoNetGrainStorageOptions : IStorageProviderSerializerOptions
{
    public const string DEFAULT_ADONET_INVARIANT = "Microsoft.Data.SqlClient";
    public const int DEFAULT_INIT_STAGE = ServiceLifecycleStage.ApplicationServices;

    public string? ConnectionString { get; set; }

    /// <summary>Which database: the stand-in knows SQLite («System.Data.SQLite» or «Microsoft.Data.Sqlite»).</summary>
    public string Invariant { get; set; } = DEFAULT_ADONET_INVARIANT;

    public int InitStage { get; set; } = DEFAULT_INIT_STAGE;

    public bool DeleteStateOnClear { get; set; }

    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}

/// <summary>How memory keeps grain states.</summary>
public class MemoryGrainStorageOptions : IStorageProviderSerializerOptions
{
    public int NumStorageGrains { get; set; } = 10;

    public int InitStage { get; set; } = ServiceLifecycleStage.ApplicationServices;

    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;
}
