using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

public sealed class SqliteOutcomeSweepTests() : OutcomeSweepTests(new SqliteHome());
