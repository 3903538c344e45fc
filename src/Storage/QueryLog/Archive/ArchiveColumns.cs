using Progeny.Abstractions.QueryLog;

namespace Progeny.Storage.QueryLog.Archive;

/// <summary>
/// The columns of a file of the archive: what every record has, then the fields of its records under their own names, and a probability
/// a class. A field that is called like a column that is there already has underscores before its name; to DuckDB the case of a name
/// makes no difference.
/// </summary>
internal sealed class ArchiveColumns
{
    /// <summary>The columns that every file has, with their types.</summary>
    public static readonly IReadOnlyList<(string Name, string Type)> Common =
    [
        ("sequence", "BIGINT"),
        ("at", "TIMESTAMP WITH TIME ZONE"),
        ("query_id", "VARCHAR"),
        ("entity", "VARCHAR"),
        ("generation_project", "VARCHAR"),
        ("release", "VARCHAR"),
        ("generation", "BIGINT"),
        ("arm", "VARCHAR"),
        ("reason", "VARCHAR"),
        ("prediction", "VARCHAR"),
        ("score", "DOUBLE"),
        ("outcome", "VARCHAR"),
        ("outcome_reported_at", "TIMESTAMP WITH TIME ZONE"),
        ("loss", "DOUBLE"),
        ("rules", "VARCHAR"),
        ("error", "VARCHAR"),
        ("latency_us", "BIGINT"),
        ("outcomes", "VARCHAR"),
        ("request_row", "INTEGER"),
        ("request_rows", "INTEGER"),
        ("retention_s", "BIGINT"),
        ("layout", "VARCHAR"),
        ("record", "BLOB"),
    ];

    private const string Probability = "probability_";
    private const string Text = "VARCHAR";

    private readonly HashSet<string> _taken = new(Common.Select(column => column.Name), StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);

    /// <param name="layouts">The layouts of the records.</param>
    public ArchiveColumns(IEnumerable<QueryLayout> layouts)
    {
        foreach (var layout in layouts)
        {
            foreach (var feature in layout.Features)
                Add(Fields, feature.Name, feature.Name, TypeOf(feature.Type));
            // What is no feature may be of any type in each record.
            foreach (var extra in layout.Extras)
                Add(Fields, extra, extra, Text);
            foreach (var name in layout.Classes)
                Add(Classes, name, Probability + name, "DOUBLE");
        }
    }

    /// <summary>The fields, in their order.</summary>
    public List<string> Fields { get; } = [];

    /// <summary>The classes, in their order.</summary>
    public List<string> Classes { get; } = [];

    /// <summary>The type of a field's column.</summary>
    public string TypeOfField(string field) => _types[Key(Fields, field)];

    /// <summary>All columns by name and type, in their order.</summary>
    public IEnumerable<(string Name, string Type)> All =>
    [
        .. Common,
        .. Fields.Select(name => (_names[Key(Fields, name)], TypeOfField(name))),
        .. Classes.Select(name => (_names[Key(Classes, name)], "DOUBLE")),
    ];

    private static string TypeOf(QueryFieldType type) => type switch
    {
        QueryFieldType.Float => "FLOAT",
        QueryFieldType.Integer => "BIGINT",
        QueryFieldType.Boolean => "BOOLEAN",
        _ => Text,
    };

    private string Key(List<string> of, string name) => ReferenceEquals(of, Classes) ? $"class {name}" : $"field {name}";

    private void Add(List<string> to, string own, string wanted, string type)
    {
        var key = Key(to, own);
        if (_types.TryGetValue(key, out var known))
        {
            // Generations that call other things by one name.
            if (known != type)
                _types[key] = Text;
            return;
        }

        while (!_taken.Add(wanted))
            wanted = $"_{wanted}";
        to.Add(own);
        _names[key] = wanted;
        _types[key] = type;
    }
}
