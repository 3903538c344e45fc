using Progeny.Core.Rules;
using Progeny.Core.Serving.Inference;
using Progeny.Core.Training.Checks;
using Progeny.Storage.Expressions;

// Checks a model that nobody knows yet, in a process that may be killed: started by a node in a folder with the request, and leaves what it
// found there. The last line on stderr says what went wrong.
try
{
    var folder = Directory.GetCurrentDirectory();
    var request = ModelCheckFiles.ReadRequest(folder);
    ProcessLimits.SetMemory(request.Memory);
    OnnxRuntimeLibrary.LimitRunMemory(request.RunMemory);
    using var watchdog = new ModelWatchdog(request.MaxRunTime);
    var check = new LocalModelCheck(new RuleCompiler(new SqliteExpressionEngine()), TimeProvider.System, watchdog);
    await ModelCheckFiles.WriteAsync(folder, check, request);
    return 0;
}
catch (OutOfMemoryException)
{
    await Console.Error.WriteLineAsync("it does not fit into the memory it may take");
    return 1;
}
catch (Exception exception)
{
    await Console.Error.WriteLineAsync(exception.ToString());
    await Console.Error.WriteLineAsync(exception.Message.ReplaceLineEndings(" "));
    return 1;
}
