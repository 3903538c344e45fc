using System.Data;

namespace Progeny.Storage.Datasets.Ingestion;

/// <summary>
/// Finds the types of columns of texts: of those that give every text back, the narrowest. It looks at a few rows first, and asks more rows
/// only about what is still possible.
/// </summary>
/// <param name="known">The types that columns of the dataset have, which are preferred; by name.</param>
/// <param name="texts">The columns whose values keep their writing.</param>
internal sealed class TypeFinder(
    DuckDbSession session, SourceTable table, IReadOnlyDictionary<string, string> known, IReadOnlySet<string> texts)
{
    private static readonly int[] _samples = [500, 20_000];

    // So many expressions in one statement.
    private const int MaxExpressions = 2_000;

    private readonly List<Candidates> columns =
    [
        .. table.Columns.Where(column => column.Type is null).Select(column => new Candidates(
            column, texts.Contains(column.Name) ? [TextType.Integer] : [.. table.Texts])),
    ];

    /// <summary>Whether all rows were asked, so that what was found holds.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Asks the first rows.</summary>
    public async Task SampleAsync(CancellationToken cancellationToken)
    {
        foreach (var rows in _samples)
        {
            if (!IsComplete)
                await NarrowAsync(rows, cancellationToken);
        }

        // A column without a value in the sample says nothing of its type.
        if (!IsComplete && columns.Exists(column => column.Values == 0))
            await CompleteAsync(cancellationToken);
    }

    /// <summary>Asks all rows.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => NarrowAsync(null, cancellationToken);

    /// <summary>The types as they are known now.</summary>
    public IReadOnlyDictionary<string, ColumnReading> Readings => columns.ToDictionary(
        column => column.Column.Name, column => column.Reading(known.GetValueOrDefault(column.Column.Name)), StringComparer.Ordinal);

    private async Task NarrowAsync(int? rows, CancellationToken cancellationToken)
    {
        var total = 0L;
        for (var from = 0; from < columns.Count;)
        {
            List<Candidates> group = [];
            for (var expressions = 0; from < columns.Count && expressions < MaxExpressions; from++)
            {
                group.Add(columns[from]);
                expressions += columns[from].Types.Count + 3;
            }

            var expressionsOfGroup = string.Join(", ", group.SelectMany((column, i) => column.Expressions(i)));
            var source = rows is null ? table.Sql : $"(SELECT * FROM {table.Sql} LIMIT {rows})";
            var found = await session.QueryAsync(
                $"SELECT count(*), {expressionsOfGroup} FROM (SELECT "
                    + $"{string.Join(", ", group.Select((c, i) => $"{c.Column.Sql} AS v{i}"))} FROM {source})",
                row => Values(row),
                cancellationToken);
            var values = found[0];
            total = Convert.ToInt64(values[0], null);
            var next = 1;
            foreach (var column in group)
                next = column.Narrow(values, next);
        }

        IsComplete = rows is null || total < rows;
    }

    private static object?[] Values(IDataRecord row)
    {
        var values = new object?[row.FieldCount];
        for (var i = 0; i < values.Length; i++)
            values[i] = row.IsDBNull(i) ? null : row.GetValue(i);
        return values;
    }

    private sealed class Candidates(SourceColumn column, List<TextType> types)
    {
        private string? shape;

        public SourceColumn Column => column;

        public List<TextType> Types => types;

        public long Values { get; private set; }

        public IEnumerable<string> Expressions(int number) =>
        [
            $"count(v{number})",
            .. types.Select(type => $"bool_and(({type.Accepts($"v{number}")}) IS TRUE) FILTER (v{number} IS NOT NULL)"),
            .. types.Exists(type => type.IsUniform)
                ? [$"min({TextType.Shape($"v{number}[:40]")})", $"max({TextType.Shape($"v{number}[:40]")})"]
                : Array.Empty<string>(),
        ];

        public int Narrow(object?[] values, int next)
        {
            Values = Convert.ToInt64(values[next++], null);
            var hadUniform = types.Exists(type => type.IsUniform);
            List<TextType> left = [];
            foreach (var type in types)
            {
                if (values[next++] is not false)
                    left.Add(type);
            }

            if (hadUniform)
            {
                var (least, most) = (values[next++] as string, values[next++] as string);
                shape = least;
                if (least != most)
                    left.RemoveAll(type => type.IsUniform);
            }

            types.Clear();
            types.AddRange(left);
            return next;
        }

        public ColumnReading Reading(string? preferred)
        {
            var type = Values == 0 || types.Count == 0
                ? TextType.Text
                : preferred == TextType.Text.Type && !types.Exists(candidate => candidate.Type == preferred)
                    ? TextType.Text
                    : types.Find(candidate => candidate.Type == preferred) ?? types[0];
            return new ColumnReading(column, type, type.IsUniform ? shape : null, IsDeclared: false);
        }
    }
}
