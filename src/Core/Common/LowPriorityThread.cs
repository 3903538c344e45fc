using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Progeny.Core.Common;

/// <summary>
/// A thread of the lowest priority for work that computes for long beside queries. What the work awaits goes on on the same thread, and
/// threads that libraries start from it have its priority, too.
/// </summary>
public static class LowPriorityThread
{
    private const int OfProcess = 0;
    private const int CallingThread = 0;
    private const int LowestPriority = 19;

    /// <summary>Runs work on a thread of its own.</summary>
    /// <param name="isLow">Whether the thread gets the lowest priority; else it has its caller's.</param>
    public static Task RunAsync(string name, bool isLow, Func<Task> work)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            if (isLow)
                Lower();
            using var pump = new Pump();
            SynchronizationContext.SetSynchronizationContext(pump);
            pump.Run(work, ended);
        })
        {
            IsBackground = true,
            Name = name,
        };
        thread.Start();
        return ended.Task;
    }

    private static void Lower()
    {
        // .NET's own priorities do nothing on Linux, where each thread has a nice value.
        if (OperatingSystem.IsLinux())
            _ = SetPriority(OfProcess, CallingThread, LowestPriority);
        else
            Thread.CurrentThread.Priority = ThreadPriority.Lowest;
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, int who, int priority);

    /// <summary>Runs on one thread what is posted to it.</summary>
    private sealed class Pump : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<(SendOrPostCallback Call, object? State)> posted = [];

        public override void Post(SendOrPostCallback d, object? state)
        {
            try
            {
                posted.Add((d, state));
            }
            catch (Exception exception) when (exception is InvalidOperationException or ObjectDisposedException)
            {
                // The work has ended; what comes late belongs to nobody on this thread.
                ThreadPool.QueueUserWorkItem(_ => d(state));
            }
        }

        public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

        public override SynchronizationContext CreateCopy() => this;

        public void Run(Func<Task> work, TaskCompletionSource ended)
        {
            Task task;
            try
            {
                task = work();
            }
            catch (Exception exception)
            {
                task = Task.FromException(exception);
            }

            _ = task.ContinueWith(_ => posted.CompleteAdding(), TaskScheduler.Default);
            foreach (var (call, state) in posted.GetConsumingEnumerable())
                call(state);
            ended.SetFromTask(task);
        }

        public void Dispose() => posted.Dispose();
    }
}
