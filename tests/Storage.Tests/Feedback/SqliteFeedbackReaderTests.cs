using Progeny.Storage.Tests.Stores;

namespace Progeny.Storage.Tests.Feedback;

public sealed class SqliteFeedbackReaderTests() : FeedbackReaderTests(new SqliteHome());
