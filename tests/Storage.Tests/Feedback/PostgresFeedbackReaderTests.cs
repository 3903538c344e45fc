using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

[Collection(ClusterCollection.Name)]
[NeedsPostgres]
public sealed class PostgresFeedbackReaderTests(ClusterServer server) : FeedbackReaderTests(new PostgresHome(server));
