using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Progeny.Core.Common;
using Progeny.Storage.Common.Postgres;

namespace Progeny.Storage.Common;

/// <summary>Where a node keeps what it stores. Everything of one node lies under one folder.</summary>
public sealed class StorageOptions
{
    /// <summary>
    /// The node's data folder, from the configuration key <c>Data</c> or else the environment variable <c>PROGENY_DATA</c>.
    /// </summary>
    public string DataFolder { get; set; } = "./data";

    /// <summary>Grain state.</summary>
    public string GrainsPath => Path.Combine(Path.GetFullPath(DataFolder), "grains.db");

    /// <summary>The query log and the outcomes.</summary>
    public string QueriesPath => Path.Combine(Path.GetFullPath(DataFolder), "queries.db");

    /// <summary>The perfdb.</summary>
    public string MetricsPath => Path.Combine(Path.GetFullPath(DataFolder), "metrics.db");

    /// <summary>The catalog of datasets.</summary>
    public string DatasetsPath => Path.Combine(Path.GetFullPath(DataFolder), "datasets.db");

    /// <summary>Experiments, runs, models and traces of the tracking API.</summary>
    public string TrackingPath => Path.Combine(Path.GetFullPath(DataFolder), "tracking.db");

    /// <summary>Files of work on datasets that is under way.</summary>
    public string DatasetsWorkPath => Path.Combine(Path.GetFullPath(DataFolder), "datasets-work");

    /// <summary>Packages, models and states by SHA-256.</summary>
    public string ArtifactsPath => Path.Combine(Path.GetFullPath(DataFolder), "artifacts");

    /// <summary>The files of datasets and batch applies by SHA-256.</summary>
    public string DataArtifactsPath => Path.Combine(ArtifactsPath, "data");

    /// <summary>Artifacts of a cluster that this node has used, by SHA-256.</summary>
    public string ArtifactsCachePath => Path.Combine(Path.GetFullPath(DataFolder), "artifacts-cache");

    /// <summary>The folders of running training jobs.</summary>
    public string JobsPath => Path.Combine(Path.GetFullPath(DataFolder), "jobs");

    /// <summary>The keys by which sessions of the console are encrypted.</summary>
    public string SessionKeysPath => Path.Combine(Path.GetFullPath(DataFolder), "session-keys");

    /// <summary>Held open by the node that owns the folder.</summary>
    public string LockPath => Path.Combine(Path.GetFullPath(DataFolder), "LOCK");

    /// <summary>Says which process that is, for people.</summary>
    public string LockHolderPath => Path.Combine(Path.GetFullPath(DataFolder), "LOCK.holder");

    /// <summary>
    /// The connection string of the database for what grains store: the cluster's, or of a node that stands alone <see cref="GrainsPath"/>.
    /// </summary>
    public string GrainsConnectionString(ClusterOptions cluster) =>
        cluster.IsMember ? ClusterConnection.OfOrleans(cluster) : LocalGrainsConnectionString;

    /// <summary>The connection string of <see cref="GrainsPath"/>.</summary>
    public string LocalGrainsConnectionString =>
        new SqliteConnectionStringBuilder { DataSource = GrainsPath, DefaultTimeout = 30 }.ConnectionString;

    /// <summary>The settings of a configuration: key <c>Data</c>, or else the environment variable <c>PROGENY_DATA</c>.</summary>
    public static StorageOptions From(IConfiguration configuration)
    {
        var options = new StorageOptions();
        options.DataFolder = configuration["Data"] ?? configuration["PROGENY_DATA"] ?? options.DataFolder;
        return options;
    }
}
