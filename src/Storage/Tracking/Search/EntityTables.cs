using System.Collections.Frozen;
using Progeny.Core.Tracking.Search;

namespace Progeny.Storage.Tracking.Search;

/// <summary>Where the fields of a <see cref="SearchEntity"/> are in the tables.</summary>
/// <param name="Attributes">The expression of each attribute; it may be NULL.</param>
/// <param name="Sides">The tables of named values.</param>
internal sealed record EntityTables(
    FrozenDictionary<string, string> Attributes, FrozenDictionary<FieldKind, SideTable> Sides)
{
    /// <summary>Runs, as <c>r</c>.</summary>
    public static EntityTables Runs { get; } = Of(
        [
            ("run_id", "r.run_id"), ("run_name", "r.name"), ("user_id", "r.user_id"), ("status", "r.status"),
            ("artifact_uri", "r.artifact_uri"), ("lifecycle_stage", "r.stage"), ("experiment_id", "CAST(r.experiment AS TEXT)"),
            ("start_time", "r.started"), ("end_time", "r.ended"),
        ],
        (FieldKind.Metric, new("tracking_latest", "{0}.run = r.id", HasKeyNumbers: true)),
        (FieldKind.Param, new("tracking_params", "{0}.run = r.id")),
        (FieldKind.Tag, new("tracking_tags", "{0}.run = r.id")));

    /// <summary>Experiments, as <c>e</c>.</summary>
    public static EntityTables Experiments { get; } = Of(
        [
            ("name", "e.name"), ("lifecycle_stage", "e.stage"), ("artifact_location", "e.artifact_location"), ("experiment_id", "e.id"),
            ("creation_time", "e.created"), ("last_update_time", "e.updated"),
        ],
        (FieldKind.Tag, new("tracking_experiment_tags", "{0}.experiment = e.id")));

    /// <summary>Logged models, as <c>l</c>.</summary>
    public static EntityTables LoggedModels { get; } = Of(
        [
            ("name", "l.name"), ("model_id", "l.model_id"), ("model_type", "l.model_type"), ("status", "l.status"),
            ("source_run_id", "l.source_run_id"), ("artifact_uri", "l.artifact_uri"), ("experiment_id", "CAST(l.experiment AS TEXT)"),
            ("creation_timestamp", "l.created"), ("last_updated_timestamp", "l.updated"),
        ],
        (FieldKind.Metric, new("tracking_model_metrics", "{0}.model = l.id", IsUnique: false)),
        (FieldKind.Param, new("tracking_model_params", "{0}.model = l.id")),
        (FieldKind.Tag, new("tracking_model_tags", "{0}.model = l.id")));

    /// <summary>Registered models, as <c>m</c>.</summary>
    public static EntityTables RegisteredModels { get; } = Of(
        [
            ("name", "m.name"), ("description", "m.description"), ("creation_timestamp", "m.created"),
            ("last_updated_timestamp", "m.updated"),
        ],
        (FieldKind.Tag, new("tracking_registered_tags", "{0}.name = m.name")));

    /// <summary>Versions of registered models, as <c>v</c>.</summary>
    public static EntityTables ModelVersions { get; } = Of(
        [
            ("name", "v.name"), ("run_id", "nullif(v.run_id, '')"), ("source_path", "v.source"), ("current_stage", "v.stage"),
            ("status", "'READY'"), ("description", "nullif(v.description, '')"), ("model_id", "nullif(v.model_id, '')"),
            ("version_number", "v.version"), ("creation_timestamp", "v.created"), ("last_updated_timestamp", "v.updated"),
        ],
        (FieldKind.Tag, new("tracking_version_tags", "{0}.name = v.name AND {0}.version = v.version")));

    /// <summary>Traces, as <c>t</c>. Their name and run are tags and metadata of the client.</summary>
    public static EntityTables Traces { get; } = Of(
        [
            ("trace_id", "t.trace_id"), ("state", "t.state"), ("client_request_id", "t.client_request_id"),
            ("request_preview", "t.request_preview"), ("response_preview", "t.response_preview"),
            ("experiment_id", "CAST(t.experiment AS TEXT)"), ("request_time", "t.at"), ("execution_duration", "t.duration"),
            ("name", "(SELECT n.value FROM tracking_trace_tags n WHERE n.trace = t.id AND n.key = 'mlflow.traceName')"),
            ("run_id", "(SELECT n.value FROM tracking_trace_metadata n WHERE n.trace = t.id AND n.key = 'mlflow.sourceRun')"),
        ],
        (FieldKind.Tag, new("tracking_trace_tags", "{0}.trace = t.id")),
        (FieldKind.Metadata, new("tracking_trace_metadata", "{0}.trace = t.id")));

    private static EntityTables Of((string Name, string Sql)[] attributes, params (FieldKind Kind, SideTable Table)[] sides) => new(
        attributes.ToFrozenDictionary(each => each.Name, each => each.Sql, StringComparer.Ordinal),
        sides.ToFrozenDictionary(each => each.Kind, each => each.Table));
}
