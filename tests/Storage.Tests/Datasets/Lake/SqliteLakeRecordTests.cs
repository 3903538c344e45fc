using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Datasets.Lake;

public sealed class SqliteLakeRecordTests() : LakeRecordTests(new SqliteHome());
