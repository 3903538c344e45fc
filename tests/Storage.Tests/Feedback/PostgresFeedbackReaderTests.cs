using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

[Collection(ClusterTests.Name)]
public sealed class PostgresFeedbackReaderTests(ClusterServer server) : FeedbackReaderTests(new PostgresHome(server));
