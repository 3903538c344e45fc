namespace Progeny.Core.Feedback;

/// <summary>Live answers of one age.</summary>
/// <param name="FromSeconds">The least age.</param>
/// <param name="ToSeconds">The age at which it ends; null: the oldest.</param>
/// <param name="Queries">How many were checked: all, or where there are very many, parts of the log spread evenly over the age.</param>
/// <param name="WithOutcome">How many of them have an outcome.</param>
/// <param name="Share">The share of them with an outcome; null: there is none of this age.</param>
public sealed record FeedbackAge(double FromSeconds, double? ToSeconds, long Queries, long WithOutcome, double? Share);
