namespace Progeny.Core.Tracking;

/// <summary>The limits of MLflow's tracking API.</summary>
public static class TrackingLimits
{
    /// <summary>The most metrics of a batch.</summary>
    public const int BatchMetrics = 1000;

    /// <summary>The most parameters, and the most tags, of a batch.</summary>
    public const int BatchParams = 100;

    /// <summary>The most entries of a batch together.</summary>
    public const int BatchEntities = 1000;

    /// <summary>The longest name of a metric, a parameter or a tag.</summary>
    public const int Key = 250;

    /// <summary>The longest value of a parameter; what is longer is cut off, as MLflow's server does.</summary>
    public const int ParamValue = 6000;

    /// <summary>The longest value of a tag; what is longer is cut off, as MLflow's server does.</summary>
    public const int TagValue = 8000;

    /// <summary>The longest value of a tag of an experiment.</summary>
    public const int ExperimentTagValue = 5000;

    /// <summary>The longest name of an experiment.</summary>
    public const int ExperimentName = 500;

    /// <summary>The longest name of a registered model.</summary>
    public const int ModelName = 256;

    /// <summary>The longest alias of a registered model.</summary>
    public const int Alias = 255;

    /// <summary>The longest name of a dataset.</summary>
    public const int DatasetName = 500;

    /// <summary>The longest digest of a dataset.</summary>
    public const int DatasetDigest = 36;

    /// <summary>The longest source of a dataset.</summary>
    public const int DatasetSource = 65_535;

    /// <summary>The longest schema of a dataset.</summary>
    public const int DatasetSchema = 1_048_575;

    /// <summary>The longest profile of a dataset.</summary>
    public const int DatasetProfile = 16_777_215;

    /// <summary>The longest path or address of artifacts.</summary>
    public const int Location = 1000;

    /// <summary>The most results of a page of runs, experiments or models.</summary>
    public const int SearchResults = 50_000;

    /// <summary>The most results of a page of model versions.</summary>
    public const int VersionResults = 200_000;

    /// <summary>The most results of a page of traces.</summary>
    public const int TraceResults = 500;

    /// <summary>The most points of a page of a metric's history.</summary>
    public const int HistoryResults = 25_000;
}
