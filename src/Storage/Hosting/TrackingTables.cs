namespace Progeny.Storage.Hosting;

/// <summary>The tables of experiment tracking, as they are moved.</summary>
internal static class TrackingTables
{
    public static IReadOnlyList<MovedTable> All { get; } =
    [
        new(
            "tracking_experiments",
            "id",
            "id bigint, name text, artifact_location text, stage text, updated bigint, created bigint")
        {
            IsSeeded = true, IsNumbered = true, Title = "tracked experiments",
        },
        new("tracking_experiment_tags", "experiment, key", "experiment bigint, key text, value text"),
        new(
            "tracking_runs",
            "id",
            "id bigint, run_id text, experiment bigint, name text, user_id text, status text, started bigint, ended bigint, "
            + "artifact_uri text, stage text")
        {
            IsNumbered = true, Title = "runs",
        },
        new("tracking_tags", "run, key", "run bigint, experiment bigint, key text, value text"),
        new("tracking_params", "run, key", "run bigint, experiment bigint, key text, value text"),
        new("tracking_keys", "id", "id bigint, name text") { IsNumbered = true },
        new("tracking_points", "run, key, sequence", "run bigint, key bigint, sequence bigint, points bytea"),
        new(
            "tracking_latest",
            "run, key",
            "run bigint, key bigint, experiment bigint, value double, step bigint, at bigint"),
        new(
            "tracking_datasets",
            "id",
            "id bigint, experiment bigint, name text, digest text, source_type text, source text, schema text, profile text")
        {
            IsNumbered = true,
        },
        new("tracking_run_datasets", "run, dataset", "run bigint, dataset bigint, context text, tags text"),
        new("tracking_run_models", "run, model_id, is_output", "run bigint, model_id text, is_output int, step bigint"),
        new(
            "tracking_models",
            "id",
            "id bigint, model_id text, experiment bigint, name text, model_type text, source_run_id text, artifact_uri text, status text, "
            + "created bigint, updated bigint, stage text")
        {
            IsNumbered = true, Title = "logged models",
        },
        new("tracking_model_params", "model, key", "model bigint, key text, value text"),
        new("tracking_model_tags", "model, key", "model bigint, key text, value text"),
        new(
            "tracking_model_metrics",
            "model, key, at, step, run_id",
            "model bigint, key text, value double, at bigint, step bigint, run_id text, dataset_name text, dataset_digest text"),
        new(
            "tracking_registered",
            "name",
            "name text, description text, last_version int, created bigint, updated bigint")
        {
            Title = "registered models",
        },
        new("tracking_registered_tags", "name, key", "name text, key text, value text"),
        new("tracking_aliases", "name, alias", "name text, alias text, version int"),
        new(
            "tracking_versions",
            "name, version",
            "name text, version int, source text, location text, run_id text, run_link text, model_id text, description text, stage text, "
            + "created bigint, updated bigint"),
        new("tracking_version_tags", "name, version, key", "name text, version int, key text, value text"),
        new(
            "tracking_traces",
            "id",
            "id bigint, trace_id text, experiment bigint, at bigint, duration bigint, state text, client_request_id text, "
            + "request_preview text, response_preview text")
        {
            IsNumbered = true, Title = "traces",
        },
        new("tracking_trace_tags", "trace, key", "trace bigint, key text, value text"),
        new("tracking_trace_metadata", "trace, key", "trace bigint, key text, value text"),
        new("tracking_artifacts", "path", "path text, digest text, bytes bigint"),
    ];
}
