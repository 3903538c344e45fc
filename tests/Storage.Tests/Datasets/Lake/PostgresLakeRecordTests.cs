using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Datasets.Lake;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresLakeRecordTests(ClusterServer server) : LakeRecordTests(new PostgresHome(server));
