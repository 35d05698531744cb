import TestSupport

/// A command of a shell script: the program, training until something ends it.
func endlessTraining(_ data: TemporaryFolder, _ run: String, _ flags: String = "--quiet") -> String
{
  """
  "$PROGRAM" train --model smallcnn --epochs 1000000 --log-every 1 --eval-every 1000000 \
    --threads 2 --no-pin --data '\(data.path)' --output '\(run)' \(flags)
  """
}

/// Lines of a shell script that send the signal to its process, which is to become the program, or
/// to another, as soon as status.json shows a step.
func sending(_ signal: String, _ run: String, to process: String = "$$") -> String {
  """
  (await grep -qs '"step" : [1-9]' '\(run)/status.json'
  kill -\(signal) \(process)) > /dev/null 2>&1 &
  """
}
