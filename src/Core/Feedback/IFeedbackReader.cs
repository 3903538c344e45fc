namespace Progeny.Core.Feedback;

/// <summary>How late outcomes are, and how many are missing.</summary>
public interface IFeedbackReader
{
    /// <summary>Checks the newest outcomes, and at queries of every age.</summary>
    Task<FeedbackReport> ReadAsync(string project, DateTimeOffset now, CancellationToken cancellationToken);
}
