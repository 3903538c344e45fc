using System.Data.Common;
using Progeny.Core.Datasets.Rows;

namespace Progeny.Storage.Datasets.Rows;

/// <summary>The keys of appended rows on one kind of database.</summary>
internal interface IRowKeys
{
    /// <summary>Enters the keys of rows that are new, and says of each row what was known of its key.</summary>
    Task<RowVerdict[]> EnterAsync(
        DbConnection connection, string dataset, IReadOnlyList<RowIdentity> rows, CancellationToken cancellationToken);
}
