using Progeny.Core.QueryLog;
using Progeny.Storage.QueryLog.Archive;
using Progeny.Storage.QueryLog.Sqlite;
using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

public sealed class SqliteQueryArchiveTests : QueryArchiveTests
{
    public SqliteQueryArchiveTests()
        : base(new SqliteHome()) => Writer = new SqliteArchiveMarks(((SqliteHome)Home).Database);

    private protected override IArchiveMarkWriter Writer { get; }

    private protected override IQueryErasure Erasure(IArchiveErasure? archive) =>
        new SqliteQueryErasure(((SqliteHome)Home).Database, Marks, archive);
}
