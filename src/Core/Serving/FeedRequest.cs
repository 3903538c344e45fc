namespace Progeny.Core.Serving;

/// <summary>One request on its way to a feed, for some keys.</summary>
internal sealed class FeedRequest
{
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, int> positions = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyDictionary<string, object?>> parameters = [];
    private IReadOnlyList<object?[]?>? answers;

    /// <summary>The keys, each with its position among the parameters and the answers.</summary>
    public IReadOnlyDictionary<string, int> Keys => positions;

    public IReadOnlyList<IReadOnlyDictionary<string, object?>> Parameters => parameters;

    /// <summary>Ends when the feed has answered, has failed or is given up; never fails itself.</summary>
    public Task Ended => ended.Task;

    /// <summary>Why there is no answer, once it has ended; null: there is one, or the feed is given up.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>A request that has its answer.</summary>
    public static FeedRequest Answered(string key, object?[]? values)
    {
        var request = new FeedRequest();
        request.positions.Add(key, 0);
        request.Answer([values]);
        return request;
    }

    /// <summary>Adds a key, before the request is sent.</summary>
    public void Add(string key, IReadOnlyDictionary<string, object?> values)
    {
        positions.Add(key, parameters.Count);
        parameters.Add(values);
    }

    /// <summary>What the feed has for a key.</summary>
    /// <returns>False where it has not answered.</returns>
    public bool TryGet(string key, out object?[]? values)
    {
        values = null;
        if (!ended.Task.IsCompleted || answers is null)
            return false;
        values = answers[positions[key]];
        return true;
    }

    public void Answer(IReadOnlyList<object?[]?> found)
    {
        answers = found;
        ended.SetResult();
    }

    public void Fail(Exception? exception)
    {
        Failure = exception;
        ended.SetResult();
    }
}
