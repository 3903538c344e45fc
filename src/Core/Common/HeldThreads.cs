namespace Progeny.Core.Common;

/// <summary>
/// The threads of the thread pool that runs of models and large queries hold for long. The pool may have as many more meanwhile, so that
/// everything else on the node finds the threads that it would find without them.
/// </summary>
internal static class HeldThreads
{
    private static readonly Lock Gate = new();
    private static int held;

    public static void Add() => Change(1);

    public static void Remove() => Change(-1);

    private static void Change(int by)
    {
        lock (Gate)
        {
            ThreadPool.GetMinThreads(out var workers, out var completions);
            held += by;
            ThreadPool.SetMinThreads(workers + by, completions);
        }
    }
}
