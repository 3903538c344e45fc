using Progeny.Abstractions.Serving;

namespace Progeny.Core.Queries;

/// <summary>Reads rows of a tokenized query into the columns of one of its schemas.</summary>
public static class TokenRowsReader
{
    /// <param name="map">Which fields of the query are which of the schema.</param>
    /// <param name="picked">The indices of the rows to read, in order.</param>
    /// <returns>The rows, or what is wrong. Values that do not fit their feature are in the rows' own list of errors.</returns>
    public static (QueryRows? Rows, ServingError? Error) Read(QueryTokens query, QuerySchema schema, FieldMap map, ReadOnlySpan<int> picked)
    {
        if (schema.Limits.Problem(picked.Length, schema.Features.Count + schema.Extras.Count) is { } tooMany)
            return (null, RequestReader.Refuse(tooMany));
        var rows = schema.Rent();
        rows.QueryId = query.QueryId;
        rows.Entity = query.Entity;
        Array.Fill(rows.LastRows, -1);
        foreach (var row in picked)
        {
            if (query.ReadRow(row, rows, map) is not { } error)
                continue;
            rows.Dispose();
            return (null, error);
        }

        return (rows, null);
    }
}
