using System.Collections.Frozen;

namespace Progeny.Core.Tracking.Search;

/// <summary>What the filters and orders of a kind of thing may name: the prefixes of its fields, and its attributes.</summary>
public sealed class SearchEntity
{
    private static readonly Dictionary<FieldKind, string[]> _prefixes = new()
    {
        [FieldKind.Metric] = ["metrics", "metric"],
        [FieldKind.Param] = ["params", "param", "parameters", "parameter"],
        [FieldKind.Tag] = ["tags", "tag"],
        [FieldKind.Dataset] = ["datasets", "dataset"],
        [FieldKind.Metadata] = ["metadata", "request_metadata", "trace_metadata"],
    };

    private static readonly string[] _datasetKeys = ["name", "digest", "context"];

    private readonly FrozenDictionary<string, FilterField> _attributes;
    private readonly FrozenDictionary<string, FieldKind> _kinds;

    private SearchEntity(
        string[] ownPrefixes, FieldKind[] kinds, string[] texts, string[] numbers, params (string Alias, string Name)[] aliases)
    {
        var attributes = texts.Select(name => new FilterField(FieldKind.Attribute, name, false))
            .Concat(numbers.Select(name => new FilterField(FieldKind.Attribute, name, true)))
            .ToDictionary(field => field.Key, StringComparer.Ordinal);
        AttributeNames = [.. attributes.Keys];
        foreach (var (alias, name) in aliases)
            attributes[alias] = attributes[name];
        _attributes = attributes.ToFrozenDictionary(StringComparer.Ordinal);
        _kinds = ownPrefixes.Concat(["attributes", "attribute", "attr"]).Select(prefix => (prefix, kind: FieldKind.Attribute))
            .Concat(kinds.SelectMany(kind => _prefixes[kind].Select(prefix => (prefix, kind))))
            .ToFrozenDictionary(pair => pair.prefix, pair => pair.kind, StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Runs.</summary>
    public static SearchEntity Runs { get; } = new(
        ["run"],
        [FieldKind.Metric, FieldKind.Param, FieldKind.Tag, FieldKind.Dataset],
        ["run_id", "run_name", "user_id", "status", "artifact_uri", "lifecycle_stage", "experiment_id"],
        ["start_time", "end_time"],
        ("created", "start_time"),
        ("Created", "start_time"),
        ("run name", "run_name"),
        ("Run name", "run_name"),
        ("Run Name", "run_name"));

    /// <summary>Experiments.</summary>
    public static SearchEntity Experiments { get; } = new(
        ["experiment"],
        [FieldKind.Tag],
        ["name", "lifecycle_stage", "artifact_location"],
        ["experiment_id", "creation_time", "last_update_time"],
        ("id", "experiment_id"));

    /// <summary>Registered models.</summary>
    public static SearchEntity RegisteredModels { get; } = new(
        ["model"],
        [FieldKind.Tag],
        ["name", "description"],
        ["creation_timestamp", "last_updated_timestamp"],
        ("timestamp", "last_updated_timestamp"));

    /// <summary>Versions of registered models.</summary>
    public static SearchEntity ModelVersions { get; } = new(
        ["version"],
        [FieldKind.Tag],
        ["name", "run_id", "source_path", "current_stage", "status", "description", "model_id"],
        ["version_number", "creation_timestamp", "last_updated_timestamp"],
        ("source", "source_path"),
        ("stage", "current_stage"));

    /// <summary>Logged models.</summary>
    public static SearchEntity LoggedModels { get; } = new(
        ["model"],
        [FieldKind.Metric, FieldKind.Param, FieldKind.Tag],
        ["name", "model_id", "model_type", "status", "source_run_id", "artifact_uri", "experiment_id"],
        ["creation_timestamp", "last_updated_timestamp"],
        ("creation_time", "creation_timestamp"),
        ("last_updated_time", "last_updated_timestamp"),
        ("model_name", "name"));

    /// <summary>Traces.</summary>
    public static SearchEntity Traces { get; } = new(
        ["trace"],
        [FieldKind.Tag, FieldKind.Metadata],
        ["trace_id", "state", "name", "run_id", "client_request_id", "request_preview", "response_preview", "experiment_id"],
        ["request_time", "execution_duration"],
        ("request_id", "trace_id"),
        ("status", "state"),
        ("timestamp", "request_time"),
        ("timestamp_ms", "request_time"),
        ("execution_time", "execution_duration"),
        ("execution_time_ms", "execution_duration"));

    /// <summary>The names of the attributes, without aliases.</summary>
    public IReadOnlyList<string> AttributeNames { get; }

    /// <summary>The prefixes of fields.</summary>
    public IEnumerable<string> Prefixes => _kinds.Keys.Order(StringComparer.Ordinal);

    /// <summary>A field by its prefix and key; null and why: there is none.</summary>
    /// <param name="prefix">What stands before the dot; null: the field is an attribute.</param>
    public (FilterField? Field, string? Problem) Find(string? prefix, string key)
    {
        if (prefix is not null && !_kinds.ContainsKey(prefix))
            return (null, $"Invalid entity type '{prefix}'. Valid values are {string.Join(", ", Prefixes)}");
        var kind = prefix is null ? FieldKind.Attribute : _kinds[prefix];
        if (kind == FieldKind.Dataset && !_datasetKeys.Contains(key))
            return (null, $"Invalid dataset key '{key}' specified. Valid keys are {string.Join(", ", _datasetKeys)}");
        if (kind != FieldKind.Attribute)
            return (new FilterField(kind, key, kind == FieldKind.Metric), null);
        return _attributes.TryGetValue(key, out var attribute)
            ? (attribute, null)
            : (null, $"Invalid attribute key '{key}' specified. Valid keys are {string.Join(", ", AttributeNames)}");
    }
}
