using Microsoft.Extensions.Logging;

namespace Progeny.Grains.Common;

/// <summary>A grain that evaluates something at intervals while it has work, by a timer on the silo that holds it.</summary>
internal abstract partial class RecurringGrain(SiloStop stop, ILogger logger) : RemindedGrain
{
    private IGrainTimer? _timer;

    protected override Task WakeAsync() => EvaluateSafelyAsync();

    /// <summary>Evaluates what is due. An exception is logged, and it is tried again after the interval.</summary>
    protected abstract Task EvaluateAsync();

    /// <summary>Evaluates at intervals from now on; called again, it changes nothing.</summary>
    protected async Task StartEvaluatingAsync(TimeSpan interval)
    {
        _timer ??= this.RegisterGrainTimer(
            static (grain, _) => grain.EvaluateSafelyAsync(), this, new GrainTimerCreationOptions(interval, interval) { KeepAlive = true });
        await SetWakeReminderAsync();
    }

    /// <summary>Evaluates no more, until it is started again.</summary>
    protected async Task StopEvaluatingAsync()
    {
        _timer?.Dispose();
        _timer = null;
        await ClearWakeReminderAsync();
    }

    private async Task EvaluateSafelyAsync()
    {
        if (stop.Token.IsCancellationRequested)
            return;
        try
        {
            await EvaluateAsync();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (!stop.Token.IsCancellationRequested)
                LogEvaluationFailed(logger, exception, this.GetPrimaryKeyString());
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The evaluation of {Grain} failed; it is tried again")]
    private static partial void LogEvaluationFailed(ILogger logger, Exception exception, string grain);
}
