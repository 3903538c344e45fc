using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.QueryLog;

public sealed class SqliteQueryLogTailTests() : QueryLogTailTests(new SqliteHome());
