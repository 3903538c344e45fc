using System.Data.Common;
using Microsoft.Data.Sqlite;
using Progeny.Core.Datasets.Rows;
using Progeny.Storage.Common;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>The keys of appended rows in a file of SQLite, which has one writer.</summary>
internal sealed class SqliteRowKeys : IRowKeys
{
    /// <inheritdoc/>
    public Task<RowVerdict[]> EnterAsync(
        DbConnection connection, string dataset, IReadOnlyList<RowIdentity> rows, CancellationToken cancellationToken)
    {
        var sqlite = (SqliteConnection)connection;
        using var find = new SqliteStatement(
            sqlite, "SELECT contents1, contents2 FROM dataset_keys WHERE dataset = ?1 AND key1 = ?2 AND key2 = ?3");
        using var enter = new SqliteStatement(
            sqlite,
            """
            INSERT INTO dataset_keys (dataset, key1, key2, contents1, contents2) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT DO NOTHING RETURNING 1
            """);
        find.Bind(1, dataset);
        enter.Bind(1, dataset);
        var verdicts = new RowVerdict[rows.Count];
        for (var i = 0; i < rows.Count; i++)
            verdicts[i] = Enter(rows[i]);
        return Task.FromResult(verdicts);

        RowVerdict Enter(RowIdentity row)
        {
            enter.Bind(2, row.Key1);
            enter.Bind(3, row.Key2);
            enter.Bind(4, row.Contents1);
            enter.Bind(5, row.Contents2);
            var isNew = enter.Step();
            enter.Reset();
            if (isNew)
                return RowVerdict.New;
            find.Bind(2, row.Key1);
            find.Bind(3, row.Key2);
            find.Step();
            var isSame = find.Int64(0) == row.Contents1 && find.Int64(1) == row.Contents2;
            find.Reset();
            return isSame ? RowVerdict.Repeated : RowVerdict.Conflicting;
        }
    }
}
